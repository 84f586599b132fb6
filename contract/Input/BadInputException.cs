namespace Steelyard.Contract.Input;

/// <summary>The input of a caller cannot be used. The answer is 400.</summary>
/// <param name="message">What is wrong, for people.</param>
/// <param name="field">Path of the field, such as <c>proxy.url</c>; null when the input as a whole is wrong.</param>
internal sealed class BadInputException(string message, string? field = null) : Exception(message)
{
    public string? Field { get; } = field;
}
