export {
  DeviceGroup,
  type DeviceGroupOptions,
  type GroupBatchOptions,
  type GroupJob,
  type GroupMember,
  type GroupMemberInfo,
  type GroupPlacement,
} from './device-group.ts';
