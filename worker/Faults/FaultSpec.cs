using System.Globalization;

namespace SteelBrowser.Faults;

/// <summary>One fault rule, such as <c>slow@status=0.1:500ms</c>.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Step">Where it happens.</param>
/// <param name="Rate">The probability: 0 is never, 1 is always.</param>
/// <param name="Variant">The parameter of a fault that takes a word, such as <c>head</c>; null means a random choice.</param>
/// <param name="Delay">The parameter of a fault that takes a time.</param>
internal sealed record FaultSpec(FaultKind Kind, FaultStep Step, double Rate, string? Variant, TimeSpan Delay)
{
    private static readonly Dictionary<string, FaultKind> Kinds = new()
    {
        ["crash"] = FaultKind.Crash,
        ["crash-after"] = FaultKind.CrashAfter,
        ["hang"] = FaultKind.Hang,
        ["freeze"] = FaultKind.Freeze,
        ["slow"] = FaultKind.Slow,
        ["error"] = FaultKind.Error,
        ["garbage"] = FaultKind.Garbage,
        ["wrong-id"] = FaultKind.WrongId,
        ["early-close"] = FaultKind.EarlyClose,
        ["huge"] = FaultKind.Huge,
        ["drip"] = FaultKind.Drip,
        ["lying-status"] = FaultKind.LyingStatus,
        ["never-ready"] = FaultKind.NeverReady,
    };

    private static readonly Dictionary<string, FaultStep> Steps = new()
    {
        ["start"] = FaultStep.Start,
        ["health"] = FaultStep.Health,
        ["status"] = FaultStep.Status,
        ["create"] = FaultStep.Create,
        ["get"] = FaultStep.Get,
        ["delete"] = FaultStep.Delete,
        ["version"] = FaultStep.Version,
        ["any"] = FaultStep.Any,
    };

    /// <summary>Parses rules separated by commas. Throws <see cref="ArgumentException"/> with a message for the operator.</summary>
    public static IReadOnlyList<FaultSpec> ParseList(string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    private static FaultSpec Parse(string text)
    {
        if (text.Split('@', '=') is not [var kindName, var stepName, var rateAndParameter])
            throw new ArgumentException($"--faults: '{text}' is not FAULT@STEP=RATE[:PARAM]");
        if (!Kinds.TryGetValue(kindName, out var kind))
            throw new ArgumentException($"--faults: unknown fault '{kindName}'; use one of {string.Join(", ", Kinds.Keys)}");
        if (!Steps.TryGetValue(stepName, out var step))
            throw new ArgumentException($"--faults: unknown step '{stepName}'; use one of {string.Join(", ", Steps.Keys)}");
        if (!Fits(kind, step))
            throw new ArgumentException($"--faults: {kindName} cannot happen at {stepName}");

        var colon = rateAndParameter.IndexOf(':', StringComparison.Ordinal);
        var rateText = colon < 0 ? rateAndParameter : rateAndParameter[..colon];
        var parameter = colon < 0 ? null : rateAndParameter[(colon + 1)..];
        if (!double.TryParse(rateText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate)
            || rate is not (>= 0 and <= 1))
            throw new ArgumentException($"--faults: the rate in '{text}' must be a number from 0 to 1");

        return kind is FaultKind.Slow or FaultKind.Drip
            ? new(kind, step, rate, null, parameter is null ? DefaultDelay(kind) : ParseDelay(parameter))
            : new(kind, step, rate, CheckVariant(kind, parameter), default);
    }

    private static bool Fits(FaultKind kind, FaultStep step) => kind switch
    {
        FaultKind.NeverReady => step == FaultStep.Start,
        FaultKind.LyingStatus => step is FaultStep.Status,
        FaultKind.WrongId => step is FaultStep.Status or FaultStep.Create or FaultStep.Get or FaultStep.Any,
        FaultKind.Crash or FaultKind.Slow => true,
        _ => step != FaultStep.Start,
    };

    private static TimeSpan DefaultDelay(FaultKind kind) =>
        kind == FaultKind.Slow ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(200);

    private static TimeSpan ParseDelay(string text)
    {
        var (number, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1)
            : text.EndsWith('s') ? (text[..^1], 1000)
            : ("", 0);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * unit <= int.MaxValue
            ? TimeSpan.FromMilliseconds(count * unit)
            : throw new ArgumentException($"--faults: '{text}' is not a duration: use 500ms or 2s");
    }

    private static string? CheckVariant(FaultKind kind, string? variant)
    {
        string[] known = kind switch
        {
            FaultKind.Garbage => ["bytes", "json", "no-id", "cut"],
            FaultKind.EarlyClose => ["head", "body"],
            FaultKind.NeverReady => ["deaf", "busy"],
            _ => [],
        };
        return variant is null || known.Contains(variant)
            ? variant
            : throw new ArgumentException(
                $"--faults: '{variant}' is not a parameter of this fault" +
                (known is [] ? "" : "; use one of " + string.Join(", ", known)));
    }
}
