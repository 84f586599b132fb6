using Steelyard.Processes;
using Steelyard.Tests.Functional;

namespace Steelyard.Tests.Unit.Processes;

public sealed class ProcessorWaitTests
{
    [Fact]
    public async Task One_that_is_stopped_or_gone_waits_for_nothing()
    {
        var process = OsProcess.Start(new("/bin/sleep", ["100"]));
        try
        {
            var wait = ProcessorWait.Begin(process.Pid, TimeProvider.System);
            Assert.NotNull(wait.Measure());
            process.Send(Signal.Stop);
            await Eventually.IsTrueAsync(() => wait.Measure() is null, "it is stopped");
            process.Send(Signal.Continue);
            await Eventually.IsTrueAsync(() => wait.Measure() is not null, "it goes on");
            process.Send(Signal.Kill);
            await process.Exited;
            Assert.Null(wait.Measure());
        }
        finally
        {
            process.Send(Signal.Kill);
        }
    }
}
