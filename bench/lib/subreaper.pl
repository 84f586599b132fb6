# Runs a command. Processes that lose their parent become children of this one: the tree below it stays complete, and the CPU time of those
# that have ended is added to its own. It ends after the last of them. SIGTERM, or the end of the program that started it, kills all.
# Perl, because each Debian has it, and Node cannot call prctl.
use strict;
use warnings;
use POSIX ();

use constant { PR_SET_PDEATHSIG => 1, PR_SET_CHILD_SUBREAPER => 36 };
my %numbers = (x86_64 => 157, aarch64 => 167);
my $prctl = $numbers{(POSIX::uname())[4]} or die "The number of prctl on this architecture is not known.\n";
syscall($prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 or die "prctl: $!\n";
syscall($prctl, PR_SET_PDEATHSIG, POSIX::SIGTERM(), 0, 0, 0) == 0 or die "prctl: $!\n";

my $stopping = 0;
sub kill_children {
    open(my $list, '<', "/proc/$$/task/$$/children") or die "No list of children: $!\n";
    kill 'KILL', split(' ', <$list> // '');
}
$SIG{TERM} = sub { $stopping = 1; kill_children() };

my $child = fork() // die "fork: $!\n";
if ($child == 0) {
    $SIG{TERM} = 'DEFAULT';
    exec(@ARGV) or die "$ARGV[0]: $!\n";
}
# The children of one that was killed are ours as soon as we have waited for it.
while (waitpid(-1, 0) > 0) { kill_children() if $stopping }
