using System.Runtime.InteropServices;
using Steelyard.Processes;

namespace SteelBrowser.Confinement;

/// <summary>
/// A set of rules for Linux's Landlock: which files a program may access, and to which TCP ports it may connect. Applying the rules needs
/// no privileges, and the program cannot remove them again.
/// </summary>
internal sealed unsafe class Landlock : IDisposable
{
    // Rights that a rule about a file may have; all others apply only to folders.
    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate | IoctlDevice;
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong Truncate = 1 << 14;
    private const ulong IoctlDevice = 1 << 15;
    private const ulong BindTcp = 1 << 0;
    private const ulong ConnectTcp = 1 << 1;
    private const ulong AbstractSockets = 1 << 0;
    private const ulong Signals = 1 << 1;
    private const int FirstWithNetwork = 4;
    private const int FirstWithScopes = 6;
    private const int OfPath = 1;
    private const int OfPort = 2;
    private const uint AskVersion = 1;

    private readonly ulong handled;
    private readonly int ruleset;

    private Landlock(ulong handled, int ruleset)
    {
        this.handled = handled;
        this.ruleset = ruleset;
    }

    /// <summary>The kernel's version of Landlock; 0 when it has none or it is switched off.</summary>
    public static int Version { get; } = Math.Max(0, Kernel.CreateRuleset(null, 0, AskVersion));

    /// <summary>Landlock here can restrict the TCP ports to which a program may connect (Linux 6.7).</summary>
    public static bool HasNetwork => Version >= FirstWithNetwork;

    /// <summary>Creates a set that allows nothing yet. Throws <see cref="ConfinementException"/>.</summary>
    /// <param name="network">True to restrict TCP as well as files.</param>
    public static Landlock Create(bool network)
    {
        // Versions 1, 2, 3 and 5 each added one or more rights for files.
        var handled = (1ul << (Version >= 5 ? 16 : Version >= 3 ? 15 : Version >= 2 ? 14 : 13)) - 1;
        var attributes = new RulesetAttributes
        {
            Files = handled,
            Network = network ? BindTcp | ConnectTcp : 0,
            Scopes = Version >= FirstWithScopes ? AbstractSockets | Signals : 0,
        };
        var size = Version >= FirstWithScopes ? 24u : Version >= FirstWithNetwork ? 16u : 8u;
        var ruleset = Kernel.CreateRuleset(&attributes, size, 0);
        return ruleset >= 0 ? new(handled, ruleset) : throw ConfinementException.Of("landlock_create_ruleset");
    }

    /// <summary>Allows reading files and running programs at this path.</summary>
    public void AllowReading(string path) => Allow(path, Execute | ReadFile | ReadFolder);

    /// <summary>Allows reading and writing the existing files at this path, but not creating or removing any.</summary>
    public void AllowWriting(string path) => Allow(path, WriteFile | ReadFile | ReadFolder | IoctlDevice);

    /// <summary>Allows everything at this path.</summary>
    public void AllowAll(string path) => Allow(path, handled);

    /// <summary>Allows connections to this port at any address, and listening on ports that the kernel picks.</summary>
    public void AllowPort(int port)
    {
        Add(new() { Allowed = ConnectTcp, Port = (ulong)port });
        Add(new() { Allowed = BindTcp, Port = 0 });
    }

    /// <summary>Applies the rules to the calling thread and what it starts. False when the kernel refuses.</summary>
    public bool TryRestrictThread() => Kernel.RestrictSelf(ruleset) == 0;

    public void Dispose() => _ = LibC.Close(ruleset);

    // A path that does not exist is ignored.
    private void Allow(string path, ulong rights)
    {
        var descriptor = Kernel.Open(path, Kernel.Reading);
        if (descriptor < 0)
            return;
        try
        {
            var allowed = rights & handled & (Directory.Exists(path) ? ~0ul : OfFiles);
            var attributes = new PathAttributes { Allowed = allowed, Parent = descriptor };
            if (Kernel.AddRule(ruleset, OfPath, &attributes) != 0)
                throw ConfinementException.Of($"landlock_add_rule for {path}");
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private void Add(PortAttributes attributes)
    {
        if (Kernel.AddRule(ruleset, OfPort, &attributes) != 0)
            throw ConfinementException.Of($"landlock_add_rule for port {attributes.Port}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RulesetAttributes
    {
        public ulong Files;
        public ulong Network;
        public ulong Scopes;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathAttributes
    {
        public ulong Allowed;
        public int Parent;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PortAttributes
    {
        public ulong Allowed;
        public ulong Port;
    }
}
