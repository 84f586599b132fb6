using System.Globalization;
using Npgsql;
using StackExchange.Redis;

namespace Steelyard.Fabric.Tables;

/// <summary>Which kind of server holds the cluster's tables.</summary>
public enum TableKind
{
    Redis,
    Postgres,
}

/// <summary>
/// Where the tables of a cluster are: <c>redis://[user:password@]host[:port][/db]</c>, <c>rediss://…</c> (the same over TLS), or
/// <c>postgres://user[:password]@host[:port]/database[?sslmode=…]</c>. Special characters of a name or a password are percent-encoded.
/// </summary>
/// <remarks>No field has a type of a client library, so that reading an address loads none.</remarks>
public sealed class TableAddress
{
    private const int RedisPort = 6379;
    private const int PostgresPort = 5432;

    // Few: what a node asks is short and rare, and a server that hangs holds at most these.
    private const int MaxConnections = 8;

    private const int ReconnectMilliseconds = 250;

    // A cancelled call gives up its connection instead of waiting for the server to confirm.
    private const int DoNotWait = -1;

    private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    private readonly string? user;
    private readonly string? password;
    private readonly bool tls;
    private readonly int number;
    private readonly string database = "";
    private readonly string? sslMode;

    private TableAddress(Uri uri, string text)
    {
        Kind = uri.Scheme is "redis" or "rediss" ? TableKind.Redis : TableKind.Postgres;
        tls = uri.Scheme == "rediss";
        Host = uri.DnsSafeHost;
        Port = uri.Port > 0 ? uri.Port : Kind == TableKind.Redis ? RedisPort : PostgresPort;
        var info = uri.UserInfo.Split(':', 2);
        user = info[0].Length > 0 ? Uri.UnescapeDataString(info[0]) : null;
        password = info.Length > 1 && info[1].Length > 0 ? Uri.UnescapeDataString(info[1]) : null;
        var path = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/'));
        if (Kind == TableKind.Redis)
        {
            number = ReadNumber(path, text);
            RequireRedis(uri, text);
        }
        else
        {
            database = path;
            sslMode = ReadSslMode(uri.Query, text);
            RequirePostgres(text);
        }

        Display = $"{(Kind == TableKind.Postgres ? "postgres" : uri.Scheme)}://{(user is null ? "" : uri.UserInfo.Split(':')[0] + "@")}" +
            $"{uri.Host}:{Port}{(path.Length > 0 ? uri.AbsolutePath : "")}";
    }

    public TableKind Kind { get; }

    /// <summary>A name or an address, IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>From 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>The address without its password, for people.</summary>
    public string Display { get; }

    /// <summary>Reads an address. Throws <see cref="FormatException"/>, whose text contains no password.</summary>
    public static TableAddress Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss" or "postgres" or "postgresql"))
            throw Wrong(text, "use redis://… or postgres://…");
        if (uri.Host.Length == 0)
            throw Wrong(text, "it names no host");
        if (uri.Fragment.Length > 0)
            throw Wrong(text, "write # in a password as %23");
        return new(uri, text);
    }

    /// <summary>How to connect to Redis: it connects again by itself, and each call has this deadline.</summary>
    public ConfigurationOptions ToRedis(TimeSpan deadline)
    {
        Require(TableKind.Redis);
        var milliseconds = (int)deadline.TotalMilliseconds;
        return new()
        {
            EndPoints = { { Host, Port } },
            User = user,
            Password = password,
            DefaultDatabase = number,
            Ssl = tls,
            SslHost = tls ? Host : null,
            ClientName = "steelyard",
            AbortOnConnectFail = false,

            // A call that nobody awaits any more must not be made when the server comes back: none is queued for a connection.
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = milliseconds,
            AsyncTimeout = milliseconds,
            SyncTimeout = milliseconds,
            ReconnectRetryPolicy = new LinearRetry(Math.Min(milliseconds, ReconnectMilliseconds)),
        };
    }

    /// <summary>How to connect to PostgreSQL: through a small pool; each call has this deadline, rounded up to seconds.</summary>
    public NpgsqlConnectionStringBuilder ToPostgres(TimeSpan deadline)
    {
        Require(TableKind.Postgres);
        var seconds = Math.Max(1, (int)Math.Ceiling(deadline.TotalSeconds));
        return new()
        {
            Host = Host,
            Port = Port,
            Username = user,
            Password = password,
            Database = database,
            SslMode = sslMode is null ? SslMode.Prefer : Enum.Parse<SslMode>(sslMode.Replace("-", "", StringComparison.Ordinal), true),
            ApplicationName = "steelyard",
            Timeout = seconds,
            CommandTimeout = seconds,
            CancellationTimeout = DoNotWait,
            MaxPoolSize = MaxConnections,
            Enlist = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
    }

    public override string ToString() => Display;

    private static int ReadNumber(string path, string text) =>
        path.Length == 0 ? 0
        : int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out var found) ? found
        : throw Wrong(text, "after the host of Redis stands a number, as in redis://host/1");

    private static string? ReadSslMode(string query, string text)
    {
        if (query.Length == 0)
            return null;
        var mode = query.StartsWith("?sslmode=", StringComparison.Ordinal) ? query["?sslmode=".Length..] : null;
        return SslModes.Contains(mode)
            ? mode
            : throw Wrong(text, $"after the database only ?sslmode= can stand, with one of {string.Join(", ", SslModes)}");
    }

    private void RequireRedis(Uri uri, string text)
    {
        if (uri.Query.Length > 0)
            throw Wrong(text, "an address of Redis has no options; for TLS use rediss://…");
        if (user is not null && password is null)
            throw Wrong(text, "write redis://user:password@host, or redis://:password@host without a user");
    }

    private void RequirePostgres(string text)
    {
        if (user is null)
            throw Wrong(text, "it names no user: use postgres://user:password@host/database");
        if (database.Length == 0 || database.Contains('/', StringComparison.Ordinal))
            throw Wrong(text, "it names no database: use postgres://user:password@host/database");
    }

    private void Require(TableKind kind)
    {
        if (Kind != kind)
            throw new InvalidOperationException($"{Display} is of {Kind}");
    }

    private static FormatException Wrong(string text, string remedy) => new($"'{WithoutPassword(text)}' is not a table address: {remedy}");

    // For what is no address, too: everything up to the last @ can be a password.
    private static string WithoutPassword(string text)
    {
        var at = text.LastIndexOf('@');
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        return at < 0 ? text : $"{(scheme >= 0 && scheme < at ? text[..(scheme + 3)] : "")}***{text[at..]}";
    }
}
