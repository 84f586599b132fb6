using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Steelyard.Sessions;

namespace Steelyard.Http;

/// <summary>
/// A request that another node has forwarded: it came over a connection on which that node has proved that it belongs to the cluster. The
/// other node has checked the caller's key and origin, and says in headers who the caller is.
/// </summary>
public static class PeerRequest
{
    /// <summary>Name of the caller's key, escaped as in a URL; empty for none.</summary>
    public const string CallerHeader = "Steelyard-Caller";

    /// <summary>Present when the caller is an operator.</summary>
    public const string OperatorHeader = "Steelyard-Operator";

    /// <summary>The key that was in the query, escaped as in a URL: addresses in the answer contain it.</summary>
    public const string QueryKeyHeader = "Steelyard-Query-Key";

    /// <summary>The scheme by which the caller reached the other node.</summary>
    public const string SchemeHeader = "Steelyard-Scheme";

    /// <summary>The place that this node keeps for the create.</summary>
    public const string ReservationHeader = "Steelyard-Reservation";

    /// <summary>Present when this node shall answer for itself only, as one part of an answer of all nodes.</summary>
    public const string PartHeader = "Steelyard-Part";

    /// <summary>In an answer: the number of the node that must serve the request instead.</summary>
    public const string ElsewhereHeader = "Steelyard-Elsewhere";

    /// <summary>All of them. None of a client's own is passed on.</summary>
    public static readonly string[] Headers =
        [CallerHeader, OperatorHeader, QueryKeyHeader, SchemeHeader, ReservationHeader, PartHeader];

    /// <summary>Marks a connection of another node.</summary>
    public static void Mark(ConnectionContext connection) => connection.Features.Set(new PeerConnection());

    public static bool IsFromPeer(this HttpContext context) => context.Features.Get<PeerConnection>() is not null;

    /// <summary>Whether this node shall answer for itself only: it is alone, or another node collects the parts.</summary>
    public static bool IsPart(this HttpContext context) =>
        context.IsFromPeer() && context.Request.Headers.ContainsKey(PartHeader);

    /// <summary>Takes the caller from the headers.</summary>
    internal static void Admit(HttpContext context)
    {
        var headers = context.Request.Headers;
        var name = Uri.UnescapeDataString(headers[CallerHeader].ToString());
        context.Features.Set(new Caller(name.Length > 0 ? name : null, headers.ContainsKey(OperatorHeader)));
        if (headers[QueryKeyHeader] is [{ Length: > 0 } key])
            context.Features.Set(new QueryKey(Uri.UnescapeDataString(key)));
        if (headers[SchemeHeader] is [{ Length: > 0 } scheme])
            context.Request.Scheme = scheme;
    }

    /// <summary>Says in headers who the caller is.</summary>
    internal static void Introduce(HttpContext context, HttpRequestMessage request)
    {
        foreach (var name in Headers)
            request.Headers.Remove(name);
        var caller = context.Caller();
        request.Headers.TryAddWithoutValidation(CallerHeader, Uri.EscapeDataString(caller.Name ?? ""));
        if (caller.IsOperator)
            request.Headers.TryAddWithoutValidation(OperatorHeader, "1");
        if (context.Features.Get<QueryKey>() is { } key)
            request.Headers.TryAddWithoutValidation(QueryKeyHeader, Uri.EscapeDataString(key.Value));
        request.Headers.TryAddWithoutValidation(SchemeHeader, context.Request.Scheme);
    }

    /// <summary>Answers that another node must serve the request.</summary>
    internal static void SendElsewhere(HttpContext context, int node)
    {
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        context.Response.Headers[ElsewhereHeader] = node.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class PeerConnection;
}
