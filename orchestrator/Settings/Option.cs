namespace Steelyard.Settings;

/// <summary>One option, set on the command line, as <c>STEELYARD_NAME</c> in the environment, or in appsettings.json.</summary>
/// <param name="Name">The name without leading dashes.</param>
/// <param name="Value">The placeholder of its value in the help text; null for a switch.</param>
/// <param name="Help">What it does, with its default in brackets.</param>
/// <param name="Apply">Sets it. Throws <see cref="FormatException"/> or <see cref="ArgumentException"/> for an invalid value.</param>
public sealed record Option(string Name, string? Value, string Help, Func<Options, string, Options> Apply);
