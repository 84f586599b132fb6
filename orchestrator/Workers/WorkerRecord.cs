using System.Text.Json;
using System.Text.Json.Serialization;
using Steelyard.Processes;

namespace Steelyard.Workers;

/// <summary>What a later orchestrator must know of a worker of ours to recognise it: written right after the spawn, by temp file and rename.</summary>
/// <param name="Process">The process, so that a reused pid is not mistaken for it.</param>
/// <param name="Port">Its port.</param>
internal sealed record WorkerRecord(ProcessIdentity Process, int Port)
{
    public void Write(string path)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, WorkerRecordJson.Default.WorkerRecord));
        File.Move(temporary, path, overwrite: true);
    }

    public static WorkerRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerRecordJson.Default.WorkerRecord) is { Process.BootId: not null } record ? record : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(WorkerRecord))]
internal sealed partial class WorkerRecordJson : JsonSerializerContext;
