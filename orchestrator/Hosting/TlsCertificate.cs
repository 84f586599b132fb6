using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Steelyard.Async;
using Steelyard.Settings;

namespace Steelyard.Hosting;

/// <summary>The certificate of --tls-cert and --tls-key. Its files are read again when they change: a renewal needs no restart.</summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Options options;
    private readonly TimeProvider time;
    private DateTime version;
    private volatile SslStreamCertificateContext current;

    /// <summary>Throws <see cref="TlsException"/> when the files are no certificate and its key.</summary>
    public TlsCertificate(Options options, TimeProvider time)
    {
        (this.options, this.time) = (options, time);
        version = Version();
        current = Load();
    }

    /// <summary>What a handshake needs.</summary>
    public SslServerAuthenticationOptions Handshake => new() { ServerCertificateContext = current };

    /// <summary>Looks for new files until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(ILogger logger, CancellationToken cancellationToken) => Periodic.RunAsync(
        Period,
        () =>
        {
            try
            {
                if (Version() is var now && now != version)
                {
                    // Half of a pair that is being replaced does not fit. It is tried again in the next round.
                    (current, version) = (Load(), now);
                    logger.LogInformation("Read {File} again: {Certificate}", options.TlsCert, current.TargetCertificate.Subject);
                }
            }
            catch (TlsException e)
            {
                logger.LogError("The certificate stays as it was: {Reason}", e.Message);
            }
        },
        time,
        logger,
        cancellationToken);

    private DateTime Version() => new[] { options.TlsCert, options.TlsKey }.Max(File.GetLastWriteTimeUtc);

    private SslStreamCertificateContext Load()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.TlsCert);
            var certificate = X509Certificate2.CreateFromPemFile(options.TlsCert, options.TlsKey);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TlsException($"--tls-cert {options.TlsCert}, --tls-key {options.TlsKey}: {e.Message}");
        }
    }
}

/// <summary>There is no usable certificate. The message says why.</summary>
internal sealed class TlsException(string message) : Exception(message);
