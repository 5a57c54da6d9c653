/*
** abi.h
** The contract with the host, for C. Made from package abi (go test ./abi
** -update); abi/ABI.md says what each function does.
*/
#ifndef lh_abi_h
#define lh_abi_h

#include <stddef.h>
#include <stdint.h>

#define LH_ABI_VERSION	1
#define LH_EXT_REFERENCE	1
#define LH_EXT_ERROR	2
#define LH_MAX_DEPTH	100
#define LH_LOAD_MAIN	0
#define LH_LOAD_LIBRARY	1
#define LH_LOAD_SETTINGS	2
#define LH_LOG_PRINT	0
#define LH_LOG_DEBUG	1
#define LH_LOG_INFO	2
#define LH_LOG_WARN	3
#define LH_LOG_ERROR	4
#define LH_SPAWN_MONITOR	1
#define LH_SPAWN_LINK	2
#define LH_OPTION_TRAP_LINKS	1
#define LH_WAITS	0
#define LH_DONE	1
#define LH_CLOSED	-2
#define LH_RECORD_HEADER	12
#define LH_SEED_SIZE	40

#define lh_import(name) \
  __attribute__((import_module("luahive"), import_name(name)))

lh_import("tick")
int32_t lh_host_tick (void);

lh_import("log")
void lh_host_log (int32_t level, const void *text, size_t text_size);

lh_import("exit")
void lh_host_exit (const void *result, size_t result_size, const void *error, size_t error_size);

lh_import("spawn")
int32_t lh_host_spawn (const void *entry, size_t entry_size, const void *host, size_t host_size, const void *arguments, size_t arguments_size, int32_t flags, void *pid, size_t pid_size);

lh_import("send")
int32_t lh_host_send (const void *dest, size_t dest_size, const void *topic, size_t topic_size, const void *payload, size_t payload_size);

lh_import("listen")
int32_t lh_host_listen (const void *topic, size_t topic_size);

lh_import("inbox")
int32_t lh_host_inbox (void);

lh_import("events")
int32_t lh_host_events (void);

lh_import("close")
int32_t lh_host_close (int32_t handle);

lh_import("receive")
int32_t lh_host_receive (int32_t handle, void *record, size_t record_size);

lh_import("timer")
int32_t lh_host_timer (int64_t delay, int64_t period);

lh_import("timer_reset")
int32_t lh_host_timer_reset (int32_t handle, int64_t delay);

lh_import("timer_stop")
int32_t lh_host_timer_stop (int32_t handle);

lh_import("monitor")
int32_t lh_host_monitor (const void *dest, size_t dest_size);

lh_import("unmonitor")
int32_t lh_host_unmonitor (const void *dest, size_t dest_size);

lh_import("link")
int32_t lh_host_link (const void *dest, size_t dest_size);

lh_import("unlink")
int32_t lh_host_unlink (const void *dest, size_t dest_size);

lh_import("terminate")
int32_t lh_host_terminate (const void *dest, size_t dest_size);

lh_import("cancel")
int32_t lh_host_cancel (const void *dest, size_t dest_size, const void *reason, size_t reason_size);

lh_import("register")
int32_t lh_host_register (const void *name, size_t name_size, const void *dest, size_t dest_size);

lh_import("lookup")
int32_t lh_host_lookup (const void *name, size_t name_size, void *pid, size_t pid_size);

lh_import("unregister")
int32_t lh_host_unregister (const void *name, size_t name_size);

lh_import("set_option")
int32_t lh_host_set_option (int32_t option, int32_t value);

lh_import("last_error")
int32_t lh_host_last_error (void *unit, size_t unit_size);

lh_import("now")
int64_t lh_host_now (void);

lh_import("cpu")
int64_t lh_host_cpu (void);

#endif
