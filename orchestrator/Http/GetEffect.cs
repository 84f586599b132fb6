namespace Steelyard.Http;

/// <summary>
/// The side effect of a route's GET, declared with the route. Any web page can make a browser send a GET, so <see cref="OriginGuard"/> uses
/// this to decide which GETs a node without keys serves. A route that declares nothing counts as one that
/// changes something.
/// </summary>
internal sealed class GetEffect
{
    /// <summary>The GET has no side effect: nothing begins or ends, and no page opens or closes.</summary>
    public static readonly GetEffect Reads = new();

    /// <summary>The GET has a side effect only as a WebSocket upgrade, and for that every browser sends the page's origin.</summary>
    public static readonly GetEffect Connects = new();

    /// <summary>The GET begins or ends something.</summary>
    public static readonly GetEffect Changes = new();

    private GetEffect()
    {
    }
}

internal static class GetEffects
{
    /// <summary>Such a route answers HEAD, too. The server leaves out the body.</summary>
    public static T Reads<T>(this T route)
        where T : IEndpointConventionBuilder
    {
        route.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods)
                endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head]));
        });
        return route.WithMetadata(GetEffect.Reads);
    }

    public static T Connects<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(GetEffect.Connects);

    public static T Changes<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(GetEffect.Changes);
}
