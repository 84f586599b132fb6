using System.Text;
using System.Text.Json;
using Steelyard.Contract.Input;
using static Steelyard.Contract.Input.JsonInput;

namespace Steelyard.Contract.Setup;

/// <summary>Parses the proxy of a setup. Throws <see cref="BadInputException"/>.</summary>
internal static class ProxyParser
{
    /// <summary>The longest address of a proxy, in characters.</summary>
    public const int MaxUrl = 2048;

    private const int MaxCredential = 255; // SOCKS sends the length in one byte.

    public static ProxyServer Parse(JsonElement value, string field)
    {
        string? url = null, username = null, password = null;
        foreach (var (name, part) in Members(value, field))
        {
            var path = $"{field}.{name}";
            switch (name)
            {
                case "url":
                    url = Text(part, path, MaxUrl);
                    break;
                case "username":
                    username = ParseCredential(part, path, least: 1);
                    break;
                case "password":
                    password = ParseCredential(part, path, least: 0);
                    break;
                default:
                    throw Unknown(path);
            }
        }

        if (password is not null && username is null)
            throw new BadInputException($"{field}.password needs a username", $"{field}.username");
        return Build(url, username, password ?? "", $"{field}.url");
    }

    private static ProxyServer Build(string? url, string? username, string password, string field)
    {
        if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Port == 0)
            throw new BadInputException($"{field} must be an address such as http://host:3128", field);
        if (uri.UserInfo.Length > 0)
            throw new BadInputException($"{field} must not contain credentials: use username and password", field);
        if (uri.PathAndQuery is not ("/" or "") || uri.Fragment.Length > 0)
            throw new BadInputException($"{field} must end after the port", field);
        var (kind, usualPort) = uri.Scheme switch
        {
            "http" => (ProxyKind.Http, 80),
            "https" => (ProxyKind.Https, 443),
            "socks5" => (ProxyKind.Socks5, 1080),
            _ => throw new BadInputException($"{field} must begin with http://, https:// or socks5://", field),
        };
        if (kind != ProxyKind.Socks5 && username?.Contains(':', StringComparison.Ordinal) == true)
            throw new BadInputException(
                $"{field[..^".url".Length]}.username must not contain a colon: in HTTP a colon ends the name",
                $"{field[..^".url".Length]}.username");
        return new(kind, uri.IdnHost.Trim('[', ']'), uri.Port > 0 ? uri.Port : usualPort, username, password);
    }

    private static string ParseCredential(JsonElement value, string field, int least)
    {
        var text = Text(value, field, MaxCredential, least);
        if (Encoding.UTF8.GetByteCount(text) > MaxCredential)
            throw new BadInputException($"{field} must have at most {MaxCredential} bytes", field);
        return text.Any(char.IsControl) ? throw new BadInputException($"{field} must not contain control characters", field) : text;
    }
}
