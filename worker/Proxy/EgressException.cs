namespace Steelyard.Worker.Proxy;

/// <summary>The node's <c>--egress</c> rules do not let a session's browser go there; the message says why, and what to do.</summary>
internal sealed class EgressException(Destination destination, string reason) : Exception(
    $"{destination.Authority} is blocked by this node's --egress rules: {reason}. To allow it, start the node with --egress allow:{Named(destination.Host)}:{destination.Port}")
{
    private static string Named(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
}
