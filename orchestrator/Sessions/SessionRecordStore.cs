using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Pool;
using Steelyard.Records;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>
/// Saves sessions for a later orchestrator, and reads those of an earlier one. A session that lives on a worker is saved in the worker's
/// folder; sessions that wait for another worker share one folder.
/// </summary>
public sealed class SessionRecordStore
{
    private readonly Lock gate = new();
    private readonly SessionLedger ledger;
    private readonly string boot;
    private readonly string waiting;

    /// <param name="ledger">Names the live sessions.</param>
    /// <param name="directory">Contains the folder of the sessions that wait.</param>
    /// <param name="boot">The kernel's id of this boot.</param>
    public SessionRecordStore(SessionLedger ledger, RunDirectory directory, string boot)
    {
        this.ledger = ledger;
        this.boot = boot;
        waiting = directory.FileAt("waiting");
    }

    /// <summary>The ledger's entry of the worker on this port.</summary>
    public LedgerEntry EntryOf(int port) => ledger[port];

    /// <summary>The ledger's entry of a session whose worker's port is no longer known; a default entry when it has none.</summary>
    internal LedgerEntry EntryOf(SessionId id) => ledger.Named().FirstOrDefault(entry => entry.Session == id);

    /// <summary>The ledger's entries of all sessions.</summary>
    internal IEnumerable<LedgerEntry> Entries() => ledger.Named();

    /// <summary>The ledger's entry of a session that waited for a worker.</summary>
    internal LedgerEntry EntryOf(SessionRecord waiting) => ledger.Waiting(waiting.WaitingAt);

    /// <summary>
    /// Writes the record in place: nobody reads it before the ledger names the session. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(SessionRecord record, Worker worker) => PrivateFile.Overwrite(worker.Directory.SessionRecordPath, ToJson(record));

    /// <summary>Whether the machine has rebooted since the record was written: its timestamps are then meaningless.</summary>
    internal bool IsOfAnotherBoot(SessionRecord record) => record.Boot is not null && record.Boot != boot;

    /// <summary>
    /// Saves a new session: after this call, a later orchestrator can take it over. Throws <see cref="PoolUnavailableException"/>.
    /// </summary>
    internal void Begin(Session session, Placement placement)
    {
        try
        {
            Write(session.Record(placement, isRestart: false), placement.Worker);
            session.Enter();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PoolUnavailableException.NotWrittenDown(e.Message);
        }
    }

    /// <summary>
    /// Saves a session that has lost its worker, until it has another one. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    internal void BeginWaiting(Session session)
    {
        Directory.CreateDirectory(waiting, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        lock (gate)
        {
            var place = ledger.FreeWaiting();
            PrivateFile.Replace(WaitingPath(session.Id), ToJson(session.Record(null, isRestart: false) with { WaitingAt = place }));
            session.WaitAt(ledger.Waiting(place));
        }

        // The session may have ended before the file was written; the caller that ended it then found no file to delete.
        EndWaiting(session);
    }

    /// <summary>
    /// Deletes the session's file if the session has a worker again or has ended. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    internal void EndWaiting(Session session)
    {
        lock (gate)
        {
            if (Directory.Exists(waiting) && (session.EndReason is not null || session.View().Worker is not null))
                File.Delete(WaitingPath(session.Id));
        }
    }

    /// <summary>The sessions that waited when an earlier orchestrator ended. The record is null for a file that cannot be read.</summary>
    internal IEnumerable<(string Path, SessionRecord? Record)> Waiting() =>
        Directory.Exists(waiting) ? Directory.GetFiles(waiting, "*.json").Select(path => (path, TryRead(path))) : [];

    /// <summary>Reads the record in a worker's folder. Null when there is no record, or it cannot be read.</summary>
    internal static SessionRecord? TryRead(WorkerDirectory directory) => TryRead(directory.SessionRecordPath);

    private static SessionRecord? TryRead(string path)
    {
        try
        {
            return File.Exists(path)
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), SessionRecordJson.Default.SessionRecord)
                    is { WorkerSessionId: not null, Request: not null } record
                ? record
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private string WaitingPath(SessionId id) => Path.Combine(waiting, $"{id}.json");

    private byte[] ToJson(SessionRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record with { Boot = boot }, SessionRecordJson.Default.SessionRecord);
}

[JsonSerializable(typeof(SessionRecord))]
internal sealed partial class SessionRecordJson : JsonSerializerContext;
