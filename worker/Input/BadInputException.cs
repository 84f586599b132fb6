namespace SteelBrowser.Input;

/// <summary>What a caller sent cannot be used: answered with 400.</summary>
/// <param name="message">What is wrong, for people.</param>
/// <param name="field">Where: a path such as <c>proxy.url</c>; null when it is the whole.</param>
internal sealed class BadInputException(string message, string? field = null) : Exception(message)
{
    public string? Field { get; } = field;
}
