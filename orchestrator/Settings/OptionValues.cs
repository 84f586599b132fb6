using System.Globalization;
using System.Net;
using System.Text;
using Steelyard.Contract;
using Steelyard.Contract.Egress;
using Steelyard.Fabric.Tables;

namespace Steelyard.Settings;

/// <summary>Reads the values of options. All throw <see cref="FormatException"/>, which says what is allowed.</summary>
internal static class OptionValues
{
    public static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is not a whole number from {least} to {most}");

    public static int Bytes(string text, int least, int most) => (int)Size.Parse(text, least, most);

    public static long SizeLimit(string text, long least, long most) =>
        text == "none" ? Options.NoLimit : Size.Parse(text, least, most);

    public static long Limit(string text, long least, long most)
    {
        if (text == "none")
            return Options.NoLimit;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"'{text}' is neither none nor a whole number from {least} to {most}");
    }

    public static string Address(string text) => text == "localhost" ? "127.0.0.1"
        : IPAddress.TryParse(text, out var address) ? address.ToString()
        : throw new FormatException($"'{text}' is not an IP address: use one such as 127.0.0.1, or 0.0.0.0 for all of this machine");

    public static string NotEmpty(string text) => text.Length > 0 ? text : throw new FormatException("the value is empty");

    public static string Rule(string text)
    {
        EgressRules.Parse([text]);
        return text;
    }

    // The worker gets all folders as one text, separated by colons.
    public static string Folder(string text) => text.Contains(':', StringComparison.Ordinal)
        ? throw new FormatException($"'{text}' contains a colon: use a path without one")
        : Path.GetFullPath(text);

    public static T Choice<T>(string text, string one, T ifOne, string other, T ifOther) =>
        text == one ? ifOne : text == other ? ifOther : throw new FormatException($"'{text}' is neither {one} nor {other}");

    public static LogLevel Level(string text) => text switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw new FormatException($"'{text}' is none of debug, info, warning and error"),
    };

    public static RecordMode Recording(string text) =>
        RecordModes.Parse(text) ?? throw new FormatException($"'{text}' is none of off, events and frames");

    public static OnShutdown Shutdown(string text) => text switch
    {
        "stop" => OnShutdown.Stop,
        "drain" => OnShutdown.Drain,
        "leave" => OnShutdown.Leave,
        _ => throw new FormatException($"'{text}' is neither stop, drain nor leave"),
    };

    public static Options Ports(Options options, string text)
    {
        var ends = text.Split('-');
        if (ends.Length != 2)
            throw new FormatException($"'{text}' is not a range such as 20000-29999");
        var (first, last) = (Number(ends[0], 1, 65535), Number(ends[1], 1, 65535));
        return first <= last
            ? options with { FirstWorkerPort = first, LastWorkerPort = last }
            : throw new FormatException($"'{text}' ends before it begins: write the lower port first");
    }

    /// <summary>The address of a cluster's table. No library for it is loaded to read it.</summary>
    public static string Table(string text)
    {
        TableAddress.Parse(text);
        return text;
    }

    /// <summary>A name of one to 63 letters, digits, dashes and underscores.</summary>
    public static string Name(string text) =>
        text.Length is > 0 and < 64 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            ? text
            : throw new FormatException($"'{text}' is not a name: use 1 to 63 letters, digits, - and _");

    public static IPEndPoint Endpoint(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port is > 0 and < ushort.MaxValue
            ? endpoint
            : throw new FormatException($"'{text}' is not an address with a port: use one such as 10.0.0.5:7400");

    public static Uri HttpUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"'{text}' is not an http or https URL");

    /// <summary>A scheme, a host and a port.</summary>
    public static Uri NodeUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" or "ws" or "wss"
        && url is { PathAndQuery: "/", Fragment: "", UserInfo: "" }
        && Ascii.IsValid(url.Authority)
            ? url
            : throw new FormatException($"'{text}' is not the address of a node: use one such as https://node-1.example:8080");
}
