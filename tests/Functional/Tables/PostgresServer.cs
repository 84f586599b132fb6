using System.Globalization;
using Npgsql;
using Steelyard.Fabric.Tables;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>
/// A real PostgreSQL. It does not wait for the disk: a crash of its processes loses nothing, only one of the machine would.
/// </summary>
internal sealed class PostgresServer : TableServer
{
    private const string User = "steelyard";

    private readonly string programs;
    private readonly (int User, int Group)? runsAs;
    private int databases;

    private PostgresServer(string programs)
    {
        this.programs = programs;
        runsAs = Environment.IsPrivilegedProcess ? UnprivilegedUser() : null;
    }

    /// <summary>Of its first database, which is empty at the start.</summary>
    public override string Address => AddressOf("postgres");

    private string Data => Path.Combine(Folder, "data");

    /// <summary>Starts one. Skips the test when it is not installed.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        // Debian does not put it into the PATH.
        var installed = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var initdb = Find("initdb", installed.OrderDescending().Select(version => Path.Combine(version, "bin")));
        if (initdb is null)
            Assert.Skip("PostgreSQL is not installed: run tests/install-tables.sh, or apt-get install postgresql");
        var program = File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName ?? initdb;
        var server = new PostgresServer(Path.GetDirectoryName(program)!);
        try
        {
            await server.InitializeAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of its first database.</summary>
    public override Task EmptyAsync() => RunAsync(
        Address, "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP " +
            "EXECUTE 'TRUNCATE ' || quote_ident(t); END LOOP; END $$");

    /// <summary>Creates an empty database. Returns its address.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref databases)}");
        await RunAsync(Address, $"CREATE DATABASE {name}");
        return AddressOf(name);
    }

    /// <summary>Runs SQL on a connection of its own. Returns the first value.</summary>
    public static async Task<object?> RunAsync(string address, string sql)
    {
        var settings = TableAddress.Parse(address).ToPostgres(TimeSpan.FromSeconds(10));
        settings.Pooling = false;
        settings.ApplicationName = "test";
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    protected override ProcessSpec Spec() => AsUser(
        Path.Combine(programs, "postgres"),
        [
            "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-k", Folder, "-F",
            "-c", "full_page_writes=off", "-c", "shared_buffers=16MB",
        ]);

    protected override async Task<bool> AnswersAsync()
    {
        try
        {
            return await RunAsync(Address, "SELECT 1") is 1;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private async Task InitializeAsync()
    {
        var secret = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(secret, Password);
        if (runsAs is { } owner)
            await RunAsync(new("/bin/chown", ["-R", $"{owner.User}:{owner.Group}", Folder]));
        await RunAsync(AsUser(
            Path.Combine(programs, "initdb"),
            [
                "-D", Data, "-U", User, $"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync", "--no-instructions", "--encoding=UTF8",
                "--locale=C",
            ]));
    }

    // It refuses to run as root. The program replaces setpriv, and keeps its pid.
    private ProcessSpec AsUser(string program, string[] arguments) => runsAs is { } user
        ? new(
            Find("setpriv", "/usr/bin") ?? throw new FileNotFoundException("setpriv is missing: apt-get install util-linux"),
            [$"--reuid={user.User}", $"--regid={user.Group}", "--clear-groups", program, .. arguments])
        : new(program, arguments);

    private string AddressOf(string database) => string.Create(
        CultureInfo.InvariantCulture, $"postgres://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}?sslmode=disable");

    private static (int User, int Group) UnprivilegedUser()
    {
        var users = File.ReadAllLines("/etc/passwd").Select(line => line.Split(':')).ToList();
        var fields = users.Find(user => user[0] == "postgres") ?? users.First(user => user[0] == "nobody");
        return (int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
    }
}
