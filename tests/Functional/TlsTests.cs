using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Steelyard.Hosting;
using Steelyard.Tests.Unit;

namespace Steelyard.Tests.Functional;

/// <summary>A node that speaks https.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_serves_the_certificate_and_takes_a_new_one_without_a_restart()
    {
        Write("first");
        await using var node = await TestNode.StartAsync(Tls);
        Assert.Equal("https", node.Http.BaseAddress!.Scheme);
        Assert.Equal("CN=first", await SubjectAsync(node));

        // Half of a new pair does not fit: the old one stays.
        File.WriteAllText(folder.At("cert.pem"), "no certificate");
        File.SetLastWriteTimeUtc(folder.At("cert.pem"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2));
        Assert.Equal("CN=first", await SubjectAsync(node));
        Write("second");
        File.SetLastWriteTimeUtc(folder.At("cert.pem"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(4));
        await Eventually.IsTrueAsync(async () => await SubjectAsync(node) == "CN=second", "the new certificate is served");
    }

    [Fact]
    public void Files_that_are_no_certificate_are_told_at_the_start()
    {
        folder.Write("cert.pem", "no certificate");
        folder.Write("key.pem", "no key");
        var e = Assert.Throws<TlsException>(() => new TlsCertificate(Tls(new()), TimeProvider.System));
        Assert.Contains(folder.At("cert.pem"), e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CommandLine.Complete(new() { TlsCert = "/c" }));
    }

    private Steelyard.Settings.Options Tls(Steelyard.Settings.Options options) =>
        options with { TlsCert = folder.At("cert.pem"), TlsKey = folder.At("key.pem") };

    private void Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        folder.Write("cert.pem", certificate.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private static async Task<string?> SubjectAsync(TestNode node)
    {
        string? subject = null;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => (subject = certificate?.Subject) is not null;
        using var http = new HttpClient(handler) { BaseAddress = node.Http.BaseAddress };
        using var response = await http.GetAsync("/health");
        response.EnsureSuccessStatusCode();
        return subject;
    }
}
