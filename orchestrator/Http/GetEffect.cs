namespace Steelyard.Http;

/// <summary>
/// What a route's GET does beside answering, declared where the route is. Any page can make a browser send a GET:
/// <see cref="OriginGuard"/> decides by this which of them a node without keys serves. A route that declares nothing counts as one that
/// changes something.
/// </summary>
internal sealed class GetEffect
{
    /// <summary>Nothing begins or ends, no page opens or closes.</summary>
    public static readonly GetEffect Reads = new();

    /// <summary>Nothing either, unless it asks for a WebSocket: with that every browser names the page's origin.</summary>
    public static readonly GetEffect Connects = new();

    /// <summary>Something begins or ends.</summary>
    public static readonly GetEffect Changes = new();

    private GetEffect()
    {
    }
}

internal static class GetEffects
{
    public static T Reads<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(GetEffect.Reads);

    public static T Connects<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(GetEffect.Connects);

    public static T Changes<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(GetEffect.Changes);
}
