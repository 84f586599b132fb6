using System.Text.Json;
using System.Text.Json.Serialization;

namespace Steelyard.Workers;

/// <summary>
/// Stores which mechanisms isolate browsers from the rest of the machine. Only a worker can report them, when its browser runs, because
/// they depend on the machine.
/// </summary>
public sealed class BrowserIsolation
{
    private readonly TaskCompletionSource<IsolationReport> first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IsolationReport? latest;
    private volatile IReadOnlyList<string> readable = [];

    /// <summary>The report of the last worker that became ready; null before the first report, and for workers that send none.</summary>
    public IsolationReport? Latest => latest;

    /// <summary>Folders and files that browsers may read in addition to their own, from the same report.</summary>
    public IReadOnlyList<string> Readable => readable;

    /// <summary>Completes when the first report arrives.</summary>
    public Task<IsolationReport> First => first.Task;

    /// <summary>Stores the isolation report of a worker's status document, if it contains one.</summary>
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
            // Other code checks whether the status document is valid.
        }
    }
}

/// <param name="Sandbox">Chromium's sandbox, which isolates pages from the browser.</param>
/// <param name="User">Each browser runs as a separate user.</param>
/// <param name="Files">A browser can access only its own files and the system files that it needs.</param>
/// <param name="Egress">A browser can connect only to the destinations that <c>--egress</c> allows.</param>
public sealed record IsolationReport(Guard Sandbox, Guard User, Guard Files, Guard Egress)
{
    internal bool IsWhole => ((Guard?[])[Sandbox, User, Files, Egress]).All(guard => guard is not null);
}

/// <param name="On">The mechanism is active.</param>
/// <param name="Why">Why the mechanism is not active or only partly active; null if there is nothing to report.</param>
public sealed record Guard(bool On, string? Why)
{
    public override string ToString() => (On ? "on" : "OFF") + (Why is null ? "" : $": {Why}");
}

internal sealed record WorkerStatus(IsolationReport? Isolation, IReadOnlyList<string?>? Readable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WorkerStatus))]
internal sealed partial class IsolationJson : JsonSerializerContext;
