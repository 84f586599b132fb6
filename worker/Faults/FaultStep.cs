namespace SteelBrowser.Faults;

/// <summary>Where a fault can strike.</summary>
internal enum FaultStep
{
    Start,
    Health,
    Status,
    Create,
    Get,
    Delete,
    Version,
    Any,
}

internal static class FaultSteps
{
    /// <summary>The step a request belongs to; <see cref="FaultStep.Any"/> when it has none of its own.</summary>
    public static FaultStep Of(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return (request.Method, path.TrimEnd('/')) switch
        {
            (_, "/health") => FaultStep.Health,
            (_, "/status") => FaultStep.Status,
            ("POST", "/sessions") => FaultStep.Create,
            (_, "/json/version") => FaultStep.Version,
            ("GET", _) when path.StartsWith("/sessions/", StringComparison.Ordinal) => FaultStep.Get,
            ("DELETE", _) when path.StartsWith("/sessions/", StringComparison.Ordinal) => FaultStep.Delete,
            _ => FaultStep.Any,
        };
    }
}
