using SteelBrowser.Http;

namespace SteelBrowser.Chromium;

/// <summary>Passes DevTools discovery calls (<c>/json/…</c>) to a browser and returns its answers unchanged.</summary>
internal sealed class DiscoveryClient : IDisposable
{
    private const int MaxReplyBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,

        // The next browser has another port, so a kept connection would never be reused.
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = Deadline,
        MaxResponseContentBufferSize = MaxReplyBytes,
    };

    /// <summary>Null when the browser did not answer.</summary>
    public async ValueTask<Reply?> AskAsync(int port, string method, string pathAndQuery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new(method), $"http://127.0.0.1:{port}{pathAndQuery}");
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "application/octet-stream", body);
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();
}
