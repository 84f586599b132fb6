using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
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

        Write("second");
        await Eventually.IsTrueAsync(async () => await SubjectAsync(node) == "CN=second", "the new certificate is served");
    }

    [Fact]
    public void Half_of_a_new_pair_does_not_fit_and_the_old_one_stays()
    {
        Write("first");
        var certificate = new TlsCertificate(Tls(new()), TimeProvider.System);
        var key = File.ReadAllText(folder.At("key.pem"));
        Write("second");
        var newKey = File.ReadAllText(folder.At("key.pem"));
        folder.Write("key.pem", key);
        certificate.Look(NullLogger.Instance);
        Assert.Equal("CN=first", certificate.Handshake.ServerCertificateContext!.TargetCertificate.Subject);
        folder.Write("key.pem", newKey);
        certificate.Look(NullLogger.Instance);
        Assert.Equal("CN=second", certificate.Handshake.ServerCertificateContext!.TargetCertificate.Subject);
    }

    [Fact]
    public void Behind_a_link_that_is_turned_the_new_pair_is_seen()
    {
        // As Kubernetes does it: the time of the link stays the same.
        Write("first");
        Directory.CreateDirectory(folder.At("..one"));
        Directory.CreateDirectory(folder.At("..two"));
        Move("..one");
        Write("second");
        Move("..two");
        File.CreateSymbolicLink(folder.At("cert.pem"), "..data/cert.pem");
        File.CreateSymbolicLink(folder.At("key.pem"), "..data/key.pem");
        Directory.CreateSymbolicLink(folder.At("..data"), "..one");
        var certificate = new TlsCertificate(Tls(new()), TimeProvider.System);
        Assert.Equal("CN=first", certificate.Handshake.ServerCertificateContext!.TargetCertificate.Subject);
        File.Delete(folder.At("..data"));
        Directory.CreateSymbolicLink(folder.At("..data"), "..two");
        certificate.Look(NullLogger.Instance);
        Assert.Equal("CN=second", certificate.Handshake.ServerCertificateContext!.TargetCertificate.Subject);

        void Move(string to)
        {
            foreach (var file in new[] { "cert.pem", "key.pem" })
                File.Move(folder.At(file), folder.At($"{to}/{file}"));
        }
    }

    [Fact]
    public void Files_that_are_no_certificate_are_told_at_the_start()
    {
        folder.Write("cert.pem", "no certificate");
        folder.Write("key.pem", "no key");
        var e = Assert.Throws<TlsException>(() => new TlsCertificate(Tls(new()), TimeProvider.System));
        Assert.Contains(folder.At("cert.pem"), e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OptionChecks.Complete(new() { TlsCert = "/c" }));
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
