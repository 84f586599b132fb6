namespace Steelyard.Api.Steel;

/// <summary>What a page holds cannot be told in the format asked for. The page is to blame, not who asked.</summary>
public sealed class UnreadablePageException(string message, Exception? cause = null) : Exception(message, cause);
