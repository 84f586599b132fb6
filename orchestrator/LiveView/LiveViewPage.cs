using System.Security.Cryptography;
using System.Text;

namespace Steelyard.LiveView;

/// <summary>
/// The page that shows a session's browser. It opens a WebSocket to its own address, so serve it at the address of the live view for
/// requests that are not upgrades. It loads nothing from other addresses, and other pages may frame it.
/// </summary>
public static class LiveViewPage
{
    private const string Interactive = "data-interactive=\"true\"";
    private static readonly byte[] Html = Read();

    private static readonly byte[] WatchOnly = Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(Html).Replace(Interactive, "data-interactive=\"false\"", StringComparison.Ordinal));

    private static readonly string Policy = WritePolicy(Encoding.UTF8.GetString(Html));

    /// <summary>Answers 200 with the page.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isInteractive">Whether the page offers to take over the browser. This changes only the page: the receiver of its input
    /// must check the permission itself.</param>
    public static async Task WriteAsync(HttpContext context, bool isInteractive)
    {
        var html = isInteractive ? Html : WatchOnly;
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        response.Headers.CacheControl = "no-cache";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "no-referrer"; // The address may hold a key.
        await response.Body.WriteAsync(html, context.RequestAborted);
    }

    private static byte[] Read()
    {
        using var resource = typeof(LiveViewPage).Assembly.GetManifestResourceStream(typeof(LiveViewPage), "page.html")
            ?? throw new InvalidOperationException("page.html is not embedded");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }

    // The policy allows the script and the style sheet by their hashes, so that code injected through a title or an address does not run.
    private static string WritePolicy(string html) =>
        $"default-src 'none'; script-src '{HashOf(html, "script")}'; style-src '{HashOf(html, "style")}'; "
        + "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

    private static string HashOf(string html, string element)
    {
        var start = html.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        var end = html.IndexOf($"</{element}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html[start..end])))}";
    }
}
