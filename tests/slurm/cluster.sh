#!/bin/bash
# A cluster of one node on the loopback interface: cluster.sh start|stop DIR
#
# Needs root and the Debian packages slurmctld, slurmd, slurm-client and munge; listens on 127.0.0.1
# only, and keeps everything it writes under DIR. Other programs find it by SLURM_CONF=DIR/slurm.conf.
set -eu
action=$1
place=$(realpath -m "$2")
export SLURM_CONF=$place/slurm.conf

start() {
    mkdir -p "$place"/{state,spool,log} /run/munge
    chown munge:munge /run/munge
    pgrep -x munged > /dev/null || runuser -u munge -- /usr/sbin/munged --force
    cat > "$SLURM_CONF" << END
ClusterName=loopback
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=30
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=6817
SlurmdPort=6818
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/log/slurmctld.log
SlurmdLogFile=$place/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
KillWait=10
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=2
MpiDefault=none
ReturnToService=2
SwitchType=switch/none
MaxArraySize=6
NodeName=$(hostname -s) NodeAddr=127.0.0.1 $(slurmd -C | grep -oE '\b(CPUs|RealMemory)=[0-9]+' | tr '\n' ' ')State=UNKNOWN
PartitionName=debug Nodes=$(hostname -s) Default=YES MaxTime=60 State=UP
END
    slurmctld
    slurmd
    for _ in $(seq 60); do
        sinfo --noheader --format=%T 2> /dev/null | grep -q idle && return
        sleep 1
    done
    echo "the node does not become idle, see $place/log" >&2
    exit 1
}

stop() {
    scontrol shutdown
    # munged is left alone: it may be the system's
}

"$action"
