using System.Globalization;

namespace Steelyard.Fabric.Membership;

/// <summary>The name under which a node stands in the membership: its number and its name, as <c>17.berlin-1</c>.</summary>
internal static class MemberName
{
    public static string Of(int number, string name) => string.Create(CultureInfo.InvariantCulture, $"{number}.{name}");

    /// <summary>The name of a node for <see cref="Tenure"/> and <see cref="Verdicts"/>: its number, which is unique.</summary>
    public static string Key(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>False when it is not a name that this program gives.</summary>
    public static bool TryParse(string text, out int number, out string name)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        name = text[(dot + 1)..];
        return int.TryParse(dot < 0 ? "" : text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number <= ushort.MaxValue;
    }
}
