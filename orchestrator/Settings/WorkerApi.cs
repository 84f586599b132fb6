namespace Steelyard.Settings;

/// <summary>The API that a worker program speaks: <c>--worker-api</c>.</summary>
public enum WorkerApi
{
    /// <summary>That of docs/worker-api.md.</summary>
    Challenge,

    /// <summary>That of the open-source Steel worker.</summary>
    Steel,
}
