namespace Steelyard.Doctor;

/// <summary>Calls of nodes on this machine: by no proxy, and whatever name their certificate is for.</summary>
internal static class OwnHttp
{
    public static HttpClient Client(Uri url, TimeSpan timeout)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        return new(handler) { BaseAddress = url, Timeout = timeout };
    }
}
