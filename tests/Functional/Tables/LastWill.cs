using System.IO.Pipes;
using Steelyard.Processes;

namespace Steelyard.Tests.Functional.Tables;

/// <summary>
/// Kills a server and deletes its folder when the tests are killed, who then cannot do it themselves: a shell that waits for the end of a
/// pipe, whose other end is in this process alone.
/// </summary>
internal sealed class LastWill : IDisposable
{
    private readonly AnonymousPipeServerStream pipe = new(PipeDirection.Out, HandleInheritability.None);
    private readonly OsProcess shell;

    public LastWill(int pid, string folder)
    {
        shell = OsProcess.Start(new("/bin/sh", ["-c", "read _ <&3; kill -KILL $0; rm -rf \"$1\"", $"{pid}", folder])
        {
            InheritedHandles = [pipe.ClientSafePipeHandle],
        });
        pipe.DisposeLocalCopyOfClientHandle();
    }

    /// <summary>Forgets the will.</summary>
    public void Dispose()
    {
        shell.Send(Signal.Kill); // First: the end of the pipe is what it waits for.
        pipe.Dispose();
    }
}
