namespace SteelBrowser.Faults;

/// <summary>The points at which a fault can be injected.</summary>
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
    /// <summary>The step of a request; <see cref="FaultStep.Any"/> when no other step matches.</summary>
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
