using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Pool;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>
/// Writes down sessions, and reads what an earlier orchestrator has written: those that live on a worker in its folder, those that wait for another one in
/// a folder of their own.
/// </summary>
public sealed class SessionRecords
{
    private readonly Lock gate = new();
    private readonly SessionLedger ledger;
    private readonly string boot;
    private readonly string waiting;

    /// <param name="ledger">Where live sessions are entered.</param>
    /// <param name="directory">Where the folder of those that wait is.</param>
    /// <param name="boot">The kernel's id of this boot.</param>
    public SessionRecords(SessionLedger ledger, RunDirectory directory, string boot)
    {
        this.ledger = ledger;
        this.boot = boot;
        waiting = directory.FileAt("waiting");
    }

    /// <summary>The ledger's entry of the worker on this port.</summary>
    public LedgerEntry EntryOf(int port) => ledger[port];

    /// <summary>The ledger's entry of a session whose worker's port is not known any more.</summary>
    internal LedgerEntry EntryOf(SessionId id) => ledger.Named().FirstOrDefault(entry => entry.Session == id);

    /// <summary>The ledger's entries of all sessions there are.</summary>
    internal IEnumerable<LedgerEntry> Entries() => ledger.Named();

    /// <summary>The ledger's entry of a session that has waited for a worker.</summary>
    internal LedgerEntry EntryOf(SessionRecord waiting) => ledger.Waiting(waiting.WaitingAt);

    /// <summary>
    /// Writes it, in place: until the ledger names the session, nobody reads it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(SessionRecord record, Worker worker) => PrivateFile.Write(worker.Directory.SessionRecordPath, ToJson(record));

    /// <summary>Its timestamps mean nothing: the machine was started anew since.</summary>
    internal bool IsOfAnotherBoot(SessionRecord record) => record.Boot is not null && record.Boot != boot;

    /// <summary>Writes down a new session: from now on a later orchestrator takes it over. Throws <see cref="PoolUnavailableException"/>.</summary>
    internal void Begin(Session session, Placement placement)
    {
        try
        {
            Write(session.Record(placement, again: false), placement.Worker);
            session.Enter();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PoolUnavailableException.NotWrittenDown(e.Message);
        }
    }

    /// <summary>Writes down a session that has lost its worker, until it has another one. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    internal void BeginWaiting(Session session)
    {
        Directory.CreateDirectory(waiting, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        lock (gate)
        {
            var place = ledger.FreeWaiting();
            PrivateFile.Replace(WaitingPath(session.Id), ToJson(session.Record(null, again: false) with { WaitingAt = place }));
            session.WaitAt(ledger.Waiting(place));
        }

        EndWaiting(session); // It may have ended meanwhile, and whoever ended it have come too early to find the file.
    }

    /// <summary>If it has a worker again, or has ended, its file goes. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    internal void EndWaiting(Session session)
    {
        lock (gate)
        {
            if (Directory.Exists(waiting) && (session.EndReason is not null || session.View().Worker is not null))
                File.Delete(WaitingPath(session.Id));
        }
    }

    /// <summary>The sessions that waited when an earlier orchestrator ended: null for a file that cannot be read.</summary>
    internal IEnumerable<(string Path, SessionRecord? Record)> Waiting() =>
        Directory.Exists(waiting) ? Directory.GetFiles(waiting, "*.json").Select(path => (path, TryRead(path))) : [];

    /// <summary>What is written down in a worker's folder. Null when there is none, or it cannot be read.</summary>
    internal static SessionRecord? TryRead(WorkerDirectory directory) => TryRead(directory.SessionRecordPath);

    private static SessionRecord? TryRead(string path)
    {
        try
        {
            return File.Exists(path)
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), SessionRecordJson.Default.SessionRecord) is { WorkerSessionId: not null, Request: not null } record ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private string WaitingPath(SessionId id) => Path.Combine(waiting, $"{id}.json");

    private byte[] ToJson(SessionRecord record) => JsonSerializer.SerializeToUtf8Bytes(record with { Boot = boot }, SessionRecordJson.Default.SessionRecord);
}

[JsonSerializable(typeof(SessionRecord))]
internal sealed partial class SessionRecordJson : JsonSerializerContext;
