using System.Text.Json;

namespace Steelyard.Contract.Input;

/// <summary>Reads values from JSON that a caller sent. All throw <see cref="BadInputException"/>, which names the field.</summary>
internal static class JsonInput
{
    /// <summary>The members of an object. A null member counts as omitted. No name may occur twice.</summary>
    /// <param name="value">The object.</param>
    /// <param name="field">Path of the object; null for the body itself.</param>
    public static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement value, string? field)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new BadInputException($"{field ?? "the body"} must be an object", field);
        var names = new HashSet<string>();
        foreach (var member in value.EnumerateObject())
        {
            var name = Decode(() => member.Name, field);
            if (!names.Add(name))
                throw new BadInputException($"{name} is given twice", field is null ? name : $"{field}.{name}");
            if (member.Value.ValueKind != JsonValueKind.Null)
                yield return (name, member.Value);
        }
    }

    /// <summary>The elements of an array, each with its path.</summary>
    public static IEnumerable<(JsonElement Value, string Field)> Elements(JsonElement value, string field, int most)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw new BadInputException($"{field} must be an array of at most {most} elements", field);
        return value.EnumerateArray().Select((element, i) => (element, $"{field}[{i}]"));
    }

    public static BadInputException Unknown(string field) => new($"unknown field: {field}", field);

    public static bool Flag(JsonElement value, string field) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new BadInputException($"{field} must be true or false", field),
    };

    /// <summary>A string of <paramref name="least"/> to <paramref name="most"/> UTF-16 code units.</summary>
    public static string Text(JsonElement value, string field, int most, int least = 1)
    {
        if (value.ValueKind != JsonValueKind.String
            || Decode(() => value.GetString()!, field) is not { } text
            || text.Length < least
            || text.Length > most)
            throw new BadInputException($"{field} must be a string of {least} to {most} characters", field);
        return text;
    }

    public static double Number(JsonElement value, string field, double least, double most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw new BadInputException(FormattableString.Invariant($"{field} must be a number from {least} to {most}"), field);

    public static int Whole(JsonElement value, string field, int least, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw new BadInputException($"{field} must be a whole number from {least} to {most}", field);

    // JSON may contain half of a surrogate pair; a string may not.
    private static string Decode(Func<string> text, string? field)
    {
        try
        {
            return text();
        }
        catch (InvalidOperationException)
        {
            throw new BadInputException($"{field ?? "the body"} contains half of a surrogate pair", field);
        }
    }
}
