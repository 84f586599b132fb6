using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Steelyard.Http;

/// <summary>
/// The cookie of a person who has signed in to the dashboard. It holds the key, encrypted with AES-GCM under a key that is derived from the
/// node's secret (RFC 5869), so that it is valid on later orchestrators of the same run directory, and a key that is withdrawn is refused
/// at once.
/// </summary>
/// <param name="secret">The node's secret, 32 bytes.</param>
public sealed class DashboardCookie(byte[] secret)
{
    /// <summary>The dashboard's path, and that of its cookie.</summary>
    public static readonly PathString Dashboard = "/dashboard";

    private const string Name = "steelyard";
    private const int LongestKey = 1024;
    private static readonly TimeSpan Age = TimeSpan.FromHours(12);
    private static readonly int NonceSize = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagSize = AesGcm.TagByteSizes.MaxSize;

    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "dashboard cookie"u8.ToArray());

    /// <summary>The key in the request's cookie; null when there is none, or on other paths than the dashboard's.</summary>
    public string? Read(HttpRequest request) =>
        request.Path.StartsWithSegments(Dashboard) && request.Cookies[Name] is { } cookie ? Open(cookie) : null;

    public void Write(HttpContext context, string apiKey) =>
        context.Response.Cookies.Append(Name, Seal(apiKey), OptionsFor(context.Request, Age));

    public void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, OptionsFor(context.Request, null));

    private static CookieOptions OptionsFor(HttpRequest request, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = Dashboard,
        MaxAge = age,
        IsEssential = true,
    };

    private string Seal(string apiKey)
    {
        var text = Encoding.UTF8.GetBytes(apiKey);
        var cookie = new byte[NonceSize + TagSize + text.Length];
        RandomNumberGenerator.Fill(cookie.AsSpan(0, NonceSize));
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(cookie.AsSpan(0, NonceSize), text, cookie.AsSpan(NonceSize + TagSize), cookie.AsSpan(NonceSize, TagSize));
        return Base64Url.EncodeToString(cookie);
    }

    private string? Open(string text)
    {
        if (text.Length > LongestKey * 2 || !Base64Url.IsValid(text))
            return null;
        var cookie = Base64Url.DecodeFromChars(text).AsSpan();
        if (cookie.Length <= NonceSize + TagSize)
            return null;
        var opened = new byte[cookie.Length - NonceSize - TagSize];
        try
        {
            using var cipher = new AesGcm(key, TagSize);
            cipher.Decrypt(cookie[..NonceSize], cookie[(NonceSize + TagSize)..], cookie.Slice(NonceSize, TagSize), opened);
            return Encoding.UTF8.GetString(opened);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null; // Of another node, or forged.
        }
    }
}
