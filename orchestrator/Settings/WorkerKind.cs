namespace Steelyard.Settings;

/// <summary>The kind of worker that <c>--worker</c> selects.</summary>
public enum WorkerKind
{
    /// <summary>The bundled worker with a real browser.</summary>
    Chromium,

    /// <summary>The bundled worker without a browser: it stores JSON only.</summary>
    Simulated,

    /// <summary>Any other program. The node knows only that it implements the worker API.</summary>
    Foreign,
}
