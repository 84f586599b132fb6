using Steelyard.Settings;
using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Processes;
using Steelyard.Workers;

namespace Steelyard.Records;

/// <summary>
/// What a later orchestrator must know of a worker to take it over: written right after the spawn, by temp file and rename. What happens before is told
/// by the folder alone: it is there before the spawn, and the process carries its name and token (<see cref="WorkerToken"/>).
/// </summary>
/// <param name="Process">The process, so that a reused pid is not mistaken for it.</param>
/// <param name="Port">Its port.</param>
/// <param name="Restarts">How many workers its slot had before it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Program">The program and its arguments as <see cref="WorkerCommand.Fingerprint"/> tells it: after an upgrade the old ones are replaced as they become free.</param>
internal sealed record WorkerRecord(ProcessIdentity Process, int Port, int Restarts, WorkerKind Kind, string Program)
{
    public void Write(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, WorkerRecordJson.Default.WorkerRecord));

    /// <summary>Null when there is none or it cannot be read.</summary>
    public static WorkerRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerRecordJson.Default.WorkerRecord) is { Process: { BootId: not null, Pid: > 1 }, Port: > 0 and < 65536, Program: not null } record ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(WorkerRecord))]
internal sealed partial class WorkerRecordJson : JsonSerializerContext;
