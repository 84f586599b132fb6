using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Writes down sessions in their workers' folders, and reads what an earlier orchestrator has written.</summary>
/// <param name="ledger">Where live sessions are entered.</param>
public sealed class SessionRecords(SessionLedger ledger)
{
    /// <summary>The ledger's entry of the worker on this port.</summary>
    public LedgerEntry EntryOf(int port) => ledger[port];

    /// <summary>
    /// Writes it, in place: until the ledger names the session, nobody reads it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(SessionRecord record, Worker worker) => PrivateFile.Write(worker.Directory.SessionRecordPath, JsonSerializer.SerializeToUtf8Bytes(record, SessionRecordJson.Default.SessionRecord));

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

    /// <summary>Null when there is none, or it cannot be read.</summary>
    internal static SessionRecord? TryRead(WorkerDirectory directory)
    {
        try
        {
            return File.Exists(directory.SessionRecordPath)
                && JsonSerializer.Deserialize(File.ReadAllBytes(directory.SessionRecordPath), SessionRecordJson.Default.SessionRecord) is { WorkerSessionId: not null, Request: not null } record ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(SessionRecord))]
internal sealed partial class SessionRecordJson : JsonSerializerContext;
