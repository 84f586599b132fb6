namespace Steelyard.Settings;

/// <summary>What <c>--worker</c> has chosen.</summary>
public enum WorkerKind
{
    /// <summary>The bundled worker with a real browser.</summary>
    Chromium,

    /// <summary>The bundled worker that keeps JSON only.</summary>
    Simulated,

    /// <summary>A program of somebody else; nothing but the worker API is known of it.</summary>
    Foreign,
}
