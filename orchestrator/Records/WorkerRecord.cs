using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Processes;
using Steelyard.Settings;

namespace Steelyard.Records;

/// <summary>
/// What a later orchestrator must know about a worker to take it over. It is written right after the spawn, with a temporary file and a
/// rename. Before that, only the folder shows that there is a worker: the folder exists before the spawn, and the process carries the
/// folder's name and token (<see cref="WorkerToken"/>).
/// </summary>
/// <param name="Process">The process, identified so that a reused pid is not mistaken for it.</param>
/// <param name="Port">Its port.</param>
/// <param name="Restarts">The number of workers that its slot had before.</param>
/// <param name="Kind">The kind of worker.</param>
/// <param name="Program">
/// The program and its arguments, as in <c>WorkerCommand.Fingerprint</c>. After an upgrade, workers of the old program are replaced
/// when they become free.
/// </param>
internal sealed record WorkerRecord(ProcessIdentity Process, int Port, int Restarts, WorkerKind Kind, string Program)
{
    public void Write(string path) =>
        PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, WorkerRecordJson.Default.WorkerRecord));

    /// <summary>Null when there is none or it cannot be read.</summary>
    public static WorkerRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerRecordJson.Default.WorkerRecord) is
            { Process: { BootId: not null, Pid: > 1 }, Port: > 0 and < 65536, Program: not null } record
                ? record
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(WorkerRecord))]
internal sealed partial class WorkerRecordJson : JsonSerializerContext;
