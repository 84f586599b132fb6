using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Steelyard.Workers;

namespace Steelyard.Sessions;

/// <summary>Writes down sessions in their workers' folders, and reads what an earlier orchestrator has written.</summary>
/// <param name="ledger">Where live sessions are entered.</param>
/// <param name="requests">The kinds of request there are beside the plain one, each by a name that must not change.</param>
public sealed class SessionRecords(SessionLedger ledger, IReadOnlyDictionary<string, Type> requests)
{
    private readonly JsonSerializerOptions json = new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { info => NameKinds(info, requests) } } };

    /// <summary>The entry of a worker's session in the ledger.</summary>
    public LedgerEntry EntryOf(Worker worker) => ledger[worker.Port];

    /// <summary>
    /// Writes it, in place: until the ledger names the session, nobody reads it. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(SessionRecord record, Worker worker) => PrivateFile.Write(worker.Directory.SessionRecordPath, JsonSerializer.SerializeToUtf8Bytes(record, json));

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
    internal SessionRecord? TryRead(WorkerDirectory directory)
    {
        try
        {
            return File.Exists(directory.SessionRecordPath)
                && JsonSerializer.Deserialize<SessionRecord>(File.ReadAllBytes(directory.SessionRecordPath), json) is { WorkerSessionId: not null, Request: not null } record ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }

    private static void NameKinds(JsonTypeInfo info, IReadOnlyDictionary<string, Type> requests)
    {
        if (info.Type != typeof(SessionRequest))
            return;
        info.PolymorphismOptions = new();
        foreach (var (name, type) in requests)
            info.PolymorphismOptions.DerivedTypes.Add(new(type, name));
    }
}
