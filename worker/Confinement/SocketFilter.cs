using System.Runtime.InteropServices;
using static System.Runtime.InteropServices.Architecture;

namespace SteelBrowser.Confinement;

/// <summary>
/// A seccomp filter that allows a program only TCP sockets, Unix domain sockets and netlink sockets. All others, such as UDP and raw
/// sockets, fail with "permission denied". So does io_uring, which can also create sockets. <see cref="Landlock"/> then restricts where
/// TCP may connect.
/// </summary>
internal static unsafe class SocketFilter
{
    private const ushort Load = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private const ushort IfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private const ushort IfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private const ushort And = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private const ushort Return = 0x06;

    private const uint Allow = 0x7fff0000;
    private const uint Deny = 0x00050000 | 13; // SECCOMP_RET_ERRNO | EACCES

    // Offsets in struct seccomp_data. For an argument: of its low half, on little-endian machines.
    private const uint Number = 0;
    private const uint ProcessorKind = 4;
    private const uint Domain = 16;
    private const uint Type = 24;
    private const uint Protocol = 32;

    private const uint FirstOfX32 = 0x40000000; // The x32 ABI: the same calls under other numbers.
    private const uint IoUringSetup = 425;
    private const uint UnixDomain = 1;
    private const uint InternetV4 = 2;
    private const uint InternetV6 = 10;
    private const uint Netlink = 16;
    private const uint TypeMask = 0xf;
    private const uint Stream = 1;
    private const uint Tcp = 6;

    /// <summary>True when there is a filter for this machine's processor.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture is X64 or Arm64;

    /// <summary>Applies the filter to the calling thread and what it starts. False when the kernel refuses.</summary>
    public static bool TryRestrictThread()
    {
        var program = Build(RuntimeInformation.ProcessArchitecture == X64);
        fixed (Instruction* first = program)
        {
            var filter = new Program { Length = (ushort)program.Length, First = first };
            return Kernel.InstallFilter(&filter) == 0;
        }
    }

    // Each jump has the index of its target; the kernel counts from the next instruction.
    private static Instruction[] Build(bool isX64)
    {
        const int Family = 6, Kind = 11, Denied = 17, Allowed = 18;
        return
        [
            new(Load, 0, 0, ProcessorKind),
            Jump(1, IfEqual, isX64 ? 0xc000003e : 0xc00000b7, 2, Denied),
            new(Load, 0, 0, Number),
            Jump(3, IfEqual, IoUringSetup, Denied, 4),
            Jump(4, IfAtLeast, FirstOfX32, Denied, 5),
            Jump(5, IfEqual, isX64 ? 41u : 198u, Family, Allowed),
            new(Load, 0, 0, Domain),
            Jump(7, IfEqual, UnixDomain, Allowed, 8),
            Jump(8, IfEqual, Netlink, Allowed, 9),
            Jump(9, IfEqual, InternetV4, Kind, 10),
            Jump(10, IfEqual, InternetV6, Kind, Denied),
            new(Load, 0, 0, Type),
            new(And, 0, 0, TypeMask),
            Jump(13, IfEqual, Stream, 14, Denied),
            new(Load, 0, 0, Protocol),
            Jump(15, IfEqual, 0, Allowed, 16),
            Jump(16, IfEqual, Tcp, Allowed, Denied),
            new(Return, 0, 0, Deny),
            new(Return, 0, 0, Allow),
        ];
    }

    private static Instruction Jump(int at, ushort when, uint value, int ifTrue, int ifFalse) =>
        new(when, (byte)(ifTrue - at - 1), (byte)(ifFalse - at - 1), value);

    // struct sock_filter and struct sock_fprog.
    private record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    private struct Program
    {
        public ushort Length;
        public Instruction* First;
    }
}
