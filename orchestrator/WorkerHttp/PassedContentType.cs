namespace Steelyard.WorkerHttp;

/// <summary>
/// The content type under which a worker's reply is passed on. Nobody has to trust a worker: what it says must not run as script on our
/// origin.
/// </summary>
internal static class PassedContentType
{
    private static readonly string[] Harmless =
    [
        "application/json", "application/problem+json", "text/plain", "application/octet-stream", "application/zip", "application/pdf", "image/png", "image/jpeg",
    ];

    /// <summary>The type itself when no browser runs what is in it; else that of plain text.</summary>
    public static string Of(string told) =>
        Harmless.Contains(told.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase) ? told : "text/plain; charset=utf-8";
}
