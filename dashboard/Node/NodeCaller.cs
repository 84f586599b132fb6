using System.Security.Claims;

namespace Steelyard.Dashboard.Node;

/// <summary>Who looks at the dashboard, in a circuit or in a request.</summary>
internal sealed class NodeCaller(IHttpContextAccessor context)
{
    private static readonly ClaimsPrincipal Nobody = new();

    /// <summary>The user. In a circuit there is no request, so its root component sets it.</summary>
    public ClaimsPrincipal User
    {
        get => field ?? context.HttpContext?.User ?? Nobody;
        set;
    }

    /// <summary>The key for the node; null on a node without keys.</summary>
    public string? Key => User.FindFirst(NodeAuthentication.KeyClaim)?.Value;

    /// <summary>Name of the key; empty on a node without keys.</summary>
    public string Name => User.Identity?.Name ?? "";

    /// <summary>Sees all sessions, and may stop workers.</summary>
    public bool IsOperator => User.IsInRole(NodeAuthentication.OperatorRole);
}
