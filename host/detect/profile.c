/* The profiles and their one-line descriptions, for arguments, help and `cordon profiles`. product.md "Profiles". */
#include "detect/profile.h"

#include <string.h>

const struct profile_info profile_infos[] = {
	{PROFILE_BARE, "bare", "nothing at the far end: whatever shows up is inside the cable"},
	{PROFILE_KEYBOARD, "keyboard",
         "one declared keyboard at the far end: its typing is judged"},
	{PROFILE_DEVICE, "device",
         "a declared device (device FILE), by structure hash, serial number and alphabet"},
	{PROFILE_HOST, "host", "a whole PC's bus: anything may enumerate"},
};

const unsigned profile_infos_count = sizeof(profile_infos) / sizeof(profile_infos[0]);

const struct profile_info *profile_find(const char *name)
{
	for (unsigned i = 0; i < profile_infos_count; i++)
		if (!strcmp(profile_infos[i].name, name))
			return &profile_infos[i];
	return NULL;
}

const char *profile_name(enum profile_kind kind)
{
	for (unsigned i = 0; i < profile_infos_count; i++)
		if (profile_infos[i].kind == kind)
			return profile_infos[i].name;
	return "";
}
