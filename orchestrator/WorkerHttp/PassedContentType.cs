namespace Steelyard.WorkerHttp;

/// <summary>
/// Chooses the content type with which a worker's reply is passed on to a client. Workers are not trusted: their replies must not run as
/// scripts on the node's origin.
/// </summary>
internal static class PassedContentType
{
    private static readonly string[] Harmless =
    [
        "application/json", "application/problem+json", "text/plain", "application/octet-stream", "application/zip", "application/pdf",
        "image/png", "image/jpeg",
    ];

    /// <summary>Returns the same type if browsers do not execute such content; otherwise the type of plain text.</summary>
    public static string Of(string told) =>
        Harmless.Contains(told.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase) ? told : "text/plain; charset=utf-8";
}
