namespace Steelyard.Sessions;

/// <summary>The session's worker does not have what the client asks for. The answer is 501.</summary>
/// <param name="what">What it does not have, such as <c>files</c>.</param>
public sealed class MissingFeatureException(string what)
    : Exception($"These workers have no {what}. Run the node with --worker chromium.");
