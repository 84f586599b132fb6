using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steelyard.Workers;

/// <summary>
/// What keeps browsers from the rest of the machine. Only a worker can tell, once its browser runs: the machine decides what is possible.
/// </summary>
public sealed class BrowserIsolation
{
    private readonly TaskCompletionSource<IsolationReport> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IsolationReport? latest;
    private volatile IReadOnlyList<string> readable = [];

    /// <summary>What the last worker said that became ready; null before the first one, and for workers that say nothing of it.</summary>
    public IsolationReport? Latest => latest;

    /// <summary>Folders and files in which browsers may read beside their own, as that worker said.</summary>
    public IReadOnlyList<string> Readable => readable;

    /// <summary>Completes with the first report.</summary>
    public Task<IsolationReport> First => first.Task;

    /// <summary>Takes what a worker's status says of it, if it does.</summary>
    internal void Take(ReadOnlySpan<byte> status)
    {
        try
        {
            if (JsonSerializer.Deserialize(status, IsolationJson.Default.WorkerStatus) is not { Isolation: { IsWhole: true } report } said)
                return;
            readable = [.. said.Readable?.OfType<string>() ?? []];
            latest = report;
            first.TrySetResult(report);
        }
        catch (JsonException)
        {
            // Whether the status as a whole makes sense is checked elsewhere.
        }
    }
}

/// <param name="Sandbox">Chromium's own, between its pages and itself.</param>
/// <param name="User">A browser runs as a user of its own.</param>
/// <param name="Files">It touches its own files, and what it needs of the system.</param>
/// <param name="Egress">It connects only where <c>--egress</c> allows.</param>
public sealed record IsolationReport(Guard Sandbox, Guard User, Guard Files, Guard Egress)
{
    internal bool IsWhole => ((Guard?[])[Sandbox, User, Files, Egress]).All(guard => guard is not null);
}

/// <param name="On">It is in force.</param>
/// <param name="Why">Why it is not, or only in part; null when there is nothing to say.</param>
public sealed record Guard(bool On, string? Why)
{
    public override string ToString() => (On ? "on" : "OFF") + (Why is null ? "" : $": {Why}");
}

internal sealed record WorkerStatus(IsolationReport? Isolation, IReadOnlyList<string?>? Readable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkerStatus))]
internal sealed partial class IsolationJson : JsonSerializerContext;
