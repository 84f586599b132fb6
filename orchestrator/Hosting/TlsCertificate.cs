using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Steelyard.Async;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>The certificate of --tls-cert and --tls-key. Its files are read again when they change: a renewal needs no restart.</summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Options options;
    private readonly TimeProvider time;
    private byte[] version = [];
    private string? trouble;
    private volatile SslStreamCertificateContext current;

    /// <summary>Throws <see cref="TlsException"/> when the files are no certificate and its key.</summary>
    public TlsCertificate(Options options, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        current = Load();
    }

    /// <summary>What a handshake needs.</summary>
    public SslServerAuthenticationOptions Handshake => new() { ServerCertificateContext = current };

    /// <summary>Looks for new files until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(ILogger logger, CancellationToken cancellationToken) =>
        Periodic.RunAsync(Period, () => Look(logger), time, logger, cancellationToken);

    /// <summary>Takes new files, if they are a certificate and its key. Half of a pair that is being replaced is tried again.</summary>
    internal void Look(ILogger logger)
    {
        try
        {
            var before = version;
            var found = Load();
            if (before.AsSpan().SequenceEqual(version))
                return;
            current = found;
            logger.LogInformation("Read {File} again: {Certificate}", options.TlsCert, found.TargetCertificate.Subject);
        }
        catch (TlsException e)
        {
            if (e.Message != trouble)
                logger.LogError("The certificate stays as it was: {Reason}", e.Message);
            trouble = e.Message;
        }
    }

    // The content tells whether it is new: behind a link that is turned, the time of the link stays.
    private SslStreamCertificateContext Load()
    {
        try
        {
            var (certificate, key) = (File.ReadAllText(options.TlsCert), File.ReadAllText(options.TlsKey));
            var read = SHA256.HashData(Encoding.UTF8.GetBytes($"{certificate}\0{key}"));
            if (read.AsSpan().SequenceEqual(version))
                return current!;
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            var context = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, key), chain, offline: true);
            (version, trouble) = (read, null);
            return context;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TlsException($"--tls-cert {options.TlsCert}, --tls-key {options.TlsKey}: {e.Message}");
        }
    }
}

/// <summary>There is no usable certificate. The message says why.</summary>
internal sealed class TlsException(string message) : Exception(message);
