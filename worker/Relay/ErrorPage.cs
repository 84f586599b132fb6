using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SteelBrowser.Relay;

/// <summary>The page that the browser shows when the relay itself answers.</summary>
internal static class ErrorPage
{
    /// <summary>Writes the page and ends the connection. If the browser does not wait for the page, that is not an error.</summary>
    public static async Task WriteAsync(Wire browser, HttpStatusCode status, string message, CancellationToken stop)
    {
        var text = Encoding.UTF8.GetBytes($"{message}\n");
        var head = new HttpHead(
            $"HTTP/1.1 {(int)status} {status}",
            ["Content-Type: text/plain; charset=utf-8", $"Content-Length: {text.Length}", "Cache-Control: no-store", "Connection: close"]);
        try
        {
            await browser.WriteAsync((byte[])[.. head.ToBytes(), .. text], stop);
            await browser.EndAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The browser did not wait for the page.
        }
    }
}
