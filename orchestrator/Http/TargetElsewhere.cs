namespace Steelyard.Http;

/// <summary>In a cluster, how a request for a DevTools target that this node does not have reaches the node that has it.</summary>
/// <param name="TrySendAsync">Given the target, sends the request there. True when the client has an answer.</param>
public sealed record TargetElsewhere(Func<string, Task<bool>> TrySendAsync)
{
    private const string Parameter = "target";

    /// <summary>What a node asks another one to learn whether it has a target.</summary>
    public static string Question(string target) => $"/json/list?{Parameter}={Uri.EscapeDataString(target)}";

    /// <summary>The target that another node asks for; null in every other request.</summary>
    public static string? AskedIn(HttpContext context) => context.IsPart() ? (string?)context.Request.Query[Parameter] : null;
}
