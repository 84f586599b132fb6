using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Steelyard.Fabric;
using Steelyard.Http;
using Steelyard.Settings;

namespace Steelyard.Cluster;

/// <summary>
/// Where other nodes forward requests to: the port after that of their calls. Both sides prove that they know the cluster's secret before
/// the first byte of a request.
/// </summary>
internal static class PeerListener
{
    public static string AddressOf(Options options) => new IPEndPoint(options.Advertise.Address, options.Advertise.Port + 1).ToString();

    public static IPAddress ListenAddress(Options options) =>
        options.ClusterBind.Length > 0 ? IPAddress.Parse(options.ClusterBind) : options.Advertise.Address;

    public static void Listen(KestrelServerOptions kestrel, ClusterCertificate certificate, Options options) =>
        kestrel.Listen(ListenAddress(options), options.Advertise.Port + 1, listener =>
        {
            listener.Protocols = HttpProtocols.Http1;
            listener.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => new(certificate.AsServer()),
                HandshakeTimeout = options.HeadTimeout,
            });
            listener.Use(next => connection =>
            {
                PeerRequest.Mark(connection);
                return next(connection);
            });
        });
}
