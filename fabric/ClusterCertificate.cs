using System.Net.Security;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Steelyard.Fabric;

/// <summary>
/// Proves to other nodes that this one knows the cluster's secret. The key of the cluster's authority is derived from the secret, so each
/// node can issue a certificate for itself, and nobody has to make or distribute one. Both sides of each connection show theirs
/// (decision 0023). Nothing in it depends on a clock: its period of validity is a century.
/// </summary>
public sealed class ClusterCertificate : IDisposable
{
    private const string Authority = "CN=Steelyard cluster";
    private static readonly DateTimeOffset NotBefore = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotAfter = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // The order of the curve P-256 (SEC 2, §2.4.2): private keys are the numbers below it.
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly X509Certificate2 authority;

    public ClusterCertificate(ClusterSecret secret, string node)
    {
        using var key = ECDsa.Create(AuthorityKey(secret));
        var root = new CertificateRequest(Authority, key, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority = root.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), NotBefore, NotAfter, [1]);

        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest(new X500DistinguishedName($"CN={Convert.ToHexStringLower(SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(node)).AsSpan(0, 8))}"), own, HashAlgorithmName.SHA256);
        using var issued = leaf.Create(
            root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), NotBefore, NotAfter, RandomNumberGenerator.GetBytes(16));
        using var withKey = issued.CopyWithPrivateKey(own);

        // TLS needs a key that is not bound to the object that made it.
        Own = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>This node's certificate, with its private key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>Whether a certificate was issued by a node that knows the secret.</summary>
    public bool IsOfCluster(X509Certificate? certificate)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        using var found = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(found);
    }

    /// <summary>What a node that accepts connections of other nodes needs.</summary>
    public SslServerAuthenticationOptions AsServer() => new()
    {
        ServerCertificate = Own,
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOfCluster(certificate),
    };

    /// <summary>What a node that connects to other nodes needs.</summary>
    public SslClientAuthenticationOptions AsClient() => new()
    {
        ClientCertificates = [Own],
        TargetHost = "steelyard",
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOfCluster(certificate),
    };

    public void Dispose()
    {
        Own.Dispose();
        authority.Dispose();
    }

    // A number from 1 to the order less 1. The 16 bytes more than needed make all equally likely (FIPS 186-5, A.2.1).
    private static ECParameters AuthorityKey(ClusterSecret secret)
    {
        var number = new BigInteger(secret.Derive("authority", 48), isUnsigned: true, isBigEndian: true);
        var d = (number % (Order - 1)) + 1;
        var bytes = d.ToByteArray(isUnsigned: true, isBigEndian: true);
        return new() { Curve = ECCurve.NamedCurves.nistP256, D = [.. new byte[32 - bytes.Length], .. bytes] };
    }
}
