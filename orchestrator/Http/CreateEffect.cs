namespace Steelyard.Http;

/// <summary>Marks a route that begins a session: in a cluster, another node may have more room for it.</summary>
internal sealed class CreateEffect
{
    /// <summary>Every request begins one.</summary>
    public static readonly CreateEffect Always = new();

    /// <summary>A WebSocket begins one, unless its query names a session.</summary>
    public static readonly CreateEffect AsSocket = new();

    private CreateEffect()
    {
    }

    /// <summary>Whether this request is to begin a session.</summary>
    public static bool IsIn(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<CreateEffect>() is { } effect
        && (effect == Always || (Upgrade.IsAsked(context.Request) && !context.Request.Query.ContainsKey("sessionId")));
}

internal static class CreateEffects
{
    public static T Creates<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(CreateEffect.Always);

    public static T CreatesAsSocket<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(CreateEffect.AsSocket);
}
