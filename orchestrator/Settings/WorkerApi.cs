namespace Steelyard.Settings;

/// <summary>The API that a worker program implements: <c>--worker-api</c>.</summary>
public enum WorkerApi
{
    /// <summary>The API of docs/worker-api.md.</summary>
    Challenge,

    /// <summary>The API of the open-source Steel worker.</summary>
    Steel,
}
