namespace Steelyard.Dashboard.Node;

/// <summary>Where the node listens.</summary>
internal sealed record NodeAddress(Uri Url);
